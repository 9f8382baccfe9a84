"""The shape of the original service's read, for comparison: FastAPI, the Dapr SDK, one client a request."""

import json

from dapr.clients import DaprClient
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int
    name: str
    email: str
    created_at: str


@app.get("/health")
async def health():
    return {"status": "healthy"}


@app.get("/users/{user_id}", response_model=User)
async def get_user(user_id: int):
    with DaprClient() as client:
        cached = client.get_state(store_name="cache", key=f"user-{user_id}")
        if cached.data:
            return User(**json.loads(cached.data))
        row = client.get_state(store_name="statestore", key=f"user-{user_id}")
        if not row.data:
            raise HTTPException(status_code=404, detail=f"User with ID {user_id} not found")
        user = User(**json.loads(row.data))
        client.save_state(
            store_name="cache",
            key=f"user-{user_id}",
            value=user.model_dump_json(),
            state_metadata={"ttlInSeconds": "3600"},
        )
        return user
